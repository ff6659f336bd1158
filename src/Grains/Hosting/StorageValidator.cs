using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Grains.Hosting;

/// <summary>Says at start what else would show as a failing grain.</summary>
internal sealed class StorageValidator(IServiceProvider services) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        if (services.GetKeyedService<IGrainStorage>(StateStorage.Name) is null)
        {
            throw new OrleansConfigurationException(
                $"OrleansMq needs a grain storage named '{StateStorage.Name}', which all silos share. Add one to the "
                + $"silo, such as AddAdoNetGrainStorage(\"{StateStorage.Name}\", ...).");
        }
    }
}
